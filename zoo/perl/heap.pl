#!/usr/bin/env perl
# Perl's own heap, held to the contract: counts without a collector, and DESTROY as user code.
#
#     heapproof check --subject 'exec:perl heap.pl KINDS DIALECT'
#
# The objects under proof are Perl's, and what they hold are Perl's references. A hash gives up its values in the order of a hash
# function and an array from its last; so KINDS is `all` or, without tables, `arrays`. DIALECT is what Perl answers otherwise than the
# contract.
#
# %held has the references of the mutator, and nothing else keeps an object alive. What else a line names, garbage too, is found by a
# weak reference: Perl clears it when the object dies, and it works while DESTROY runs.
#
# Plain values do not concern a heap. They are kept as the words that came.
use strict;
use warnings;
use IO::Handle;
use Scalar::Util qw(weaken);

# An object is [number, kind, names of fields, contents, label]. It alone holds its label, and gives that up before its contents, since
# an array goes from its last element. So the end of the label is the death of the object.
sub Label::DESTROY { gone(${ $_[0] }) }

# What has code is in this class, all else is in `Plain`. Perl calls DESTROY each time that the last reference goes.
sub Armed::DESTROY { run_code($_[0][0]) }

my ($kinds, $dialect) = @ARGV;
my %held;        # by number, the references of the mutator, one entry each
my @objects;     # by number, a weak reference to each object
my $emptying;    # between programs nobody listens
my $ending;      # from then on deaths are not told
my %dying;       # by number, the objects whose code runs

sub gone { put_line("died $_[0]") if !$emptying && !$ending }

# As the program ends Perl closes its handles before it has run all DESTROYs. So from then on descriptors are read and written, where no line
# but the next has arrived.
sub put_line { $ending ? POSIX::write(1, "$_[0]\n", 1 + length $_[0]) : print "$_[0]\n" }

sub hear {
    STDOUT->flush if !$ending;
    return <STDIN> if !$ending;
    my $line = '';
    while ($line !~ /\n/) {
        POSIX::read(0, my $byte, 1) or return;
        $line .= $byte;
    }
    return $line;
}

sub run_code {
    return if $emptying;
    put_line("began $_[0]");
    local $dying{ $_[0] } = 1;
    die "panic\n" if serve() eq 'panic';
}

sub refuse { die [shift] }

# --- Finding objects. ---

# Perl ends the process by force where an object is saved by its code as the program ends: so no line names it then.
sub is_lost { $ending && $dying{ $_[0] } }

sub object {
    my ($word, $kind) = @_;
    refuse('nil') if $word eq 'nil';
    my $object = $objects[substr $word, 1] or refuse('stale');
    refuse('stale') if is_lost(substr $word, 1);
    refuse('kind') if $kind && $object->[1] ne $kind;
    return $object;
}

# A value to be stored.
sub parse {
    my ($word) = @_;
    return $word if $word !~ /^#/;
    my $number = substr $word, 1;
    refuse('stale-value') if !$objects[$number] || is_lost($number);
    return $objects[$number];
}

# As the program ends Perl cuts references.
sub show { ref $_[0] ? "#$_[0][0]" : $_[0] // 'nil' }

sub take { push @{ $held{ $_[0][0] } }, $_[0] }

# --- Commands. Each returns what stands behind `done`, and the reference that it gives up. The caller lets that go when nothing else
# of the command refers to an object: so what dies then dies at once. ---

sub new_object {
    my ($kind, $contents) = @_;
    my $number = @objects;
    my $label = $number;
    my $object = bless [$number, $kind, [], $contents, bless \$label, 'Label'], 'Plain';
    $objects[$number] = $object;
    weaken $objects[$number];
    take($object);
    return show($object);
}

sub make_weak {
    my $target = object(@_);
    weaken $target;
    my @contents = $target;
    weaken $contents[0];
    return new_object('weak', \@contents);
}

sub row {
    my ($length, $is_ring) = @_;
    return 'nil' if !$length;
    my $first = new_object('table', {});
    my $last = $first;
    for (2 .. $length) {
        my $next = new_object('table', {});
        put($last, 'next', $next);
        delete $held{ substr $next, 1 };
        $last = $next;
    }
    put($last, 'next', $first) if $is_ring;
    return $first;
}

sub put {
    my ($table, $field, $value) = @_;
    my $object = object($table);
    push @{ $object->[2] }, $field;
    $object->[3]{$field} = parse($value);
}

# The object of `#1.x`, `#1[0]` or `*#1`, and the field or index.
sub place {
    my ($word) = @_;
    return (object($1, 'box'), 0) if $word =~ /^\*(.+)/;
    my ($x, $sign, $key) = $word =~ /^(#\d+|nil)([.\[])(\w+)/ or die "what is `$word`?\n";
    return (object($x, 'table'), $key) if $sign eq '.';
    my $object = object($x, 'array');
    refuse('index') if $key >= @{ $object->[3] };
    return ($object, $key);
}

sub get {
    my ($object, $key) = place(@_);
    return show(($object->[1] eq 'table' ? $object->[3]{$key} : $object->[3][$key]) // 'nil');
}

sub store {
    my ($word, $value) = @_;
    my ($object, $key) = place($word);
    my $new = parse($value);
    push @{ $object->[2] }, $key if $object->[1] eq 'table' && !exists $object->[3]{$key};
    my $slot = $object->[1] eq 'table' ? \$object->[3]{$key} : \$object->[3][$key];
    my $old = $$slot;
    $$slot = $new;
    return ('nil', $old);
}

# Moved first, for `@$x = ()` lets code see what it has not come to.
sub clear {
    my ($object) = object(@_);
    if    ($object->[1] eq 'array') { my @old = @{ $object->[3] }; @{ $object->[3] } = (); return ('nil', \@old) }
    elsif ($object->[1] eq 'table') { my %old = %{ $object->[3] }; %{ $object->[3] } = (); @{ $object->[2] } = (); return ('nil', \%old) }
    refuse('kind');
}

# Of two places that are refused, the reason counts that stands first here.
my %rank = (nil => 0, stale => 1, kind => 2, index => 3);

sub swap {
    my (@places, @refused);
    for my $word (@_) {
        next if eval { push @places, [place($word)]; 1 };
        die $@ if !ref $@;
        push @refused, $@->[0];
    }
    refuse((sort { $rank{$a} <=> $rank{$b} } @refused)[0]) if @refused;
    my ($one, $i, $other, $j) = map { @$_ } @places;
    ($one->[3][$i], $other->[3][$j]) = ($other->[3][$j], $one->[3][$i]);
    return 'nil';
}

# A reference that the mutator has from now on.
sub given {
    my ($value) = @_;
    refuse('stale') if ref $value && is_lost($value->[0]);
    take($value) if ref $value;
    return show($value);
}

sub remove_field {
    my ($object, $key) = place(@_);
    refuse('field') if !exists $object->[3]{$key};
    @{ $object->[2] } = grep { $_ ne $key } @{ $object->[2] };
    return given(delete $object->[3]{$key});
}

sub pop_value {
    my $array = object($_[0], 'array');
    refuse('index') if !@{ $array->[3] };
    return given(pop @{ $array->[3] });
}

sub drop {
    my ($word) = @_;
    return 'nil' if $word eq 'nil';
    object($word);
    my $number = substr $word, 1;
    my $refs = $held{$number} or refuse('not-held');
    my $one = pop @$refs;
    delete $held{$number} if !@$refs;
    return ('nil', $one);
}

my %command = (
    table   => sub { new_object('table', {}) },
    array   => sub { new_object('array', [map { parse($_) } @_]) },
    box     => sub { new_object('box', [parse($_[0])]) },
    scalar  => sub { my $value = parse($_[0]); refuse('not-plain') if ref $value; new_object('scalar', [$value]) },
    weak    => \&make_weak,
    chain   => sub { row($_[0], 0) },
    ring    => sub { row($_[0], 1) },
    push    => sub { my ($array, $value) = (object($_[0], 'array'), parse($_[1])); push @{ $array->[3] }, $value; 'nil' },
    pop     => \&pop_value,
    remove  => \&remove_field,
    clear   => \&clear,
    swap    => \&swap,
    take    => sub { take(object($_[0])) if $_[0] ne 'nil'; 'nil' },
    drop    => \&drop,
    upgrade => sub { given(object($_[0], 'weak')->[3][0] // 'nil') },
    on      => sub { bless object($_[0]), 'Armed'; 'nil' },
);

sub carry_out {
    my ($word, @rest) = @_;
    return $command{$word}->(@rest) if $command{$word};
    return @rest ? store($word, $rest[1]) : get($word);
}

# --- The conversation. ---

# Empties the heap. Nothing frees rings, so each is cut.
sub begin {
    $emptying = 1;
    %held = ();
    for my $object (@objects) {
        next if !$object;
        if   ($object->[1] eq 'table') { %{ $object->[3] } = () }
        else                           { @{ $object->[3] } = () }
    }
    @objects = ();
    $emptying = 0;
}

sub look {
    my $shown = 0;
    for my $number (0 .. $#objects) {
        next if !$objects[$number];
        my $strong = Internals::SvREFCNT(@{ $objects[$number] });
        my ($kind, $names, $contents) = @{ $objects[$number] }[1 .. 3];
        my @words = $kind eq 'table' ? map { "$_=" . show($contents->{$_}) } @$names : map { show($_ // 'nil') } @$contents;
        put_line(join(' ', $number, $kind, @words) . " | $strong");
        $shown++;
    }
    put_line("end $shown");
}

# Answers commands up to the end of the code that runs, and says how it ends.
sub serve {
    while (1) {
        defined(my $line = hear()) or finish();
        my @words = $line =~ /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^ \n]+/g;
        return $words[0] if $words[0] eq 'return' || $words[0] eq 'panic';
        if ($words[0] eq 'look')  { look(); next }
        if ($words[0] eq 'close') { STDOUT->flush; require POSIX; $ending = 1; exit 0 }
        if ($words[0] eq 'begin') { begin(); put_line('done'); next }
        my ($answer, $given_up);
        if (!eval { ($answer, $given_up) = carry_out(@words); 1 }) {
            die $@ if !ref $@;
            put_line("refused $@->[0]");
            next;
        }
        undef $given_up;
        put_line("done $answer");
    }
}

# Without the destruction of what is left.
sub finish { STDOUT->flush if !$ending; require POSIX; POSIX::_exit(0) }

$SIG{__WARN__} = sub { };    # Perl warns of each panic
my $tables = $kinds eq 'all' ? 'Table Chain Ring ReadField WriteField Remove ' : '';
# To end costs a process each time.
my $closing = $dialect =~ /at-end/ ? ' closing' : '';
my $version = sprintf '%vd', $^V;
print <<"END";
heapproof 1
name perl-$kinds $version
operations ${tables}Box Array Scalar Weak ReadElement ReadBox WriteElement WriteBox Push Pop Clear Swap Take Drop Upgrade On Panic
observations refusals contents strong journal$closing
dialect $dialect
begin anew
look harmless
ready
END
serve();
