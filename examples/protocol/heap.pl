#!/usr/bin/env perl
# A right heap in a process of its own, in plain Perl 5. It was written from docs/protocol.md and the contract (SPEC.md) alone,
# without a look at the libraries in sdk/.
#
#     heapproof check --subject 'exec:perl examples/protocol/heap.pl'
#
# The idea: everything is kept as the words of the protocol. An object has the key `#4` in %heap, and what it contains is a list of
# words; so a word refers to a living object if, and only if, it is a key of %heap. Counts are naive: each store and each loss moves
# them. An object that loses its last reference waits in @queue (SPEC 2), and a collection marks what the roots reach and takes the
# rest (SPEC 3). User code is the same loop as the program, one level deeper: `serve` reads commands until `return`.
use strict;
use warnings;
use IO::Handle;

my %heap;        # the living objects: `#4` => { id, kind, external, internal, values, .. }
my $next;        # the number of the next object
my $capacity;    # how many may live
my @queue;       # objects without strong references that wait for their turn
my @running;     # the user code that runs, the innermost last: 'turn' or 'set'

sub begin_anew {
    %heap = ();
    @queue = @running = ();
    ($next, $capacity) = (0, 1_000_000);
}

# --- Judging commands. All of this comes before any change; `serve` catches what is refused. ---

sub refuse { die [shift] }

# The living object that a word means, of the kind wanted.
sub object {
    my ($word, $kind) = @_;
    refuse('nil') if $word eq 'nil';
    my $object = $heap{$word} or refuse('stale');
    refuse('kind') if $kind && $object->{kind} ne $kind;
    return $object;
}

# Whether values can be stored: none may be dead.
sub judge { /^#/ && !$heap{$_} && refuse('stale-value') for @_ }

# What `#1.x`, `#1[0]`, `#1{0}` or `*#1` means: the object, the index into its values, and the field's name. A field that the table
# has not has no index.
sub place {
    my ($word) = @_;
    return (object($1, 'box'), 0) if $word =~ /^\*(.+)/;
    my ($x, $sign, $key) = $word =~ /^(#\d+|nil)([.\[{])(\w+)/ or die "what is `$word`?\n";
    my $object = object($x, { '.' => 'table', '[' => 'array', '{' => 'closure' }->{$sign});
    if ($sign eq '.') {
        my ($index) = grep { $object->{names}[$_] eq $key } 0 .. $#{ $object->{names} };
        return ($object, $index, $key);
    }
    refuse('index') if $key >= @{ $object->{values} };
    return ($object, $key);
}

# --- References come and go. ---

sub strong { $_[0]{external} + $_[0]{internal} }

# A stored value counts for its object; a plain one is no key of the heap.
sub gain { $heap{ $_[0] }{internal}++ if $heap{ $_[0] } }

sub lose {
    my $target = $heap{ $_[0] } or return;
    $target->{internal}--;
    release($target);
}

# A reference that leaves the contents belongs to the mutator (SPEC 1.9).
sub hand_over {
    my ($value) = @_;
    if (my $target = $heap{$value}) {
        $target->{internal}--;
        $target->{external}++;
    }
    return $value;
}

sub release {
    my ($object) = @_;
    return if strong($object) || $object->{queued};
    $object->{queued} = 1;
    push @queue, $object;
}

sub allocate {
    my ($kind, $values, %more) = @_;
    refuse('capacity') if keys %heap >= $capacity;
    my $id = '#' . $next++;
    $heap{$id} = { id => $id, kind => $kind, external => 1, internal => 0, values => $values, %more };
    gain($_) for @$values;
    return $id;
}

sub store {
    my ($word, $value) = @_;
    my ($object, $index, $field) = place($word);
    judge($value);
    if (!defined $index) {
        push @{ $object->{names} }, $field;
        $index = push(@{ $object->{values} }, 'nil') - 1;
    }
    gain($value);    # first, so that what is overwritten with itself survives (SPEC 1.8)
    my $old = $object->{values}[$index];
    $object->{values}[$index] = $value;
    lose($old);
    return;
}

sub bulk {
    my ($count, $is_ring) = @_;
    refuse('capacity') if keys(%heap) + $count > $capacity;
    return 'nil' if !$count;
    my @ids = map { allocate('table', [], names => []) } 1 .. $count;
    $heap{$_}{external} = 0 for @ids[1 .. $#ids];
    for my $i (0 .. ($is_ring ? $#ids : $#ids - 1)) {
        my $next_one = $ids[($i + 1) % $count];
        @{ $heap{ $ids[$i] } }{qw(names values)} = (['next'], [$next_one]);
        gain($next_one);
    }
    return $ids[0];
}

# --- Deaths. ---

sub number { substr $_[0]{id}, 1 }

sub has_code { $_[0]{code} && !$_[0]{begun} }

sub run {
    my ($object, $where) = @_;
    $object->{begun} = 1;
    print 'began ', number($object), "\n";
    push @running, $where;
    serve();
    pop @running;
}

# These die in one step; only then do they give up what they contain (SPEC 2.3, 3.3).
sub bury {
    for my $object (@_) {
        delete $heap{ $object->{id} };
        print 'died ', number($object), "\n";
        $_->{target} = 'nil' for values %{ $object->{weak} };
    }
    for my $object (@_) {
        lose($_) for @{ $object->{values} };
        delete $heap{ $object->{target} }{weak}{ $object->{id} } if ($object->{target} // 'nil') ne 'nil';
    }
}

# The turns of all that wait (SPEC 2.2). An object stays `queued` until its turn is over.
sub work_off_queue {
    while (my $object = shift @queue) {
        next if !$heap{ $object->{id} };    # it died in a set meanwhile
        run($object, 'turn') if !strong($object) && has_code($object);
        if (strong($object)) { $object->{queued} = 0 }
        else                 { bury($object) }
    }
}

# The ids of what these objects reach, themselves included.
sub reach {
    my @todo = @_;
    my %reached;
    while (my $object = pop @todo) {
        push @todo, map { $heap{$_} // () } @{ $object->{values} } if !$reached{ $object->{id} }++;
    }
    return \%reached;
}

sub in_order { map { $heap{"#$_"} } sort { $a <=> $b } map { substr $_, 1 } keys %heap }

sub collect {
    refuse('reentrant') if @running && $running[-1] eq 'set';
    while (1) {
        my $alive = reach(grep { $_->{external} || $_->{queued} } values %heap);
        my @set = grep { !$alive->{ $_->{id} } } in_order() or return;

        # The code of all members runs first, and that which this code arms.
        my $ran;
        do {
            $ran = 0;
            has_code($_) && ++$ran && run($_, 'set') for @set;
        } while $ran;

        # What is held now, or reached from outside, lives on.
        my %member = map { $_->{id} => 1 } @set;
        my $saved = reach(grep { $_->{external} || !$member{ $_->{id} } } values %heap);
        bury(grep { !$saved->{ $_->{id} } } @set);
        work_off_queue() if !@running;
    }
}

# --- Commands. What one of these returns stands behind `done`. ---

my %command = (
    table   => sub { allocate('table', [], names => []) },
    array   => sub { judge(@_); allocate('array', [@_]) },
    closure => sub { my $function = shift; judge(@_); allocate('closure', [@_], function => $function) },
    box     => sub { judge(@_); allocate('box', [@_]) },
    scalar  => sub { judge(@_); refuse('not-plain') if $_[0] =~ /^#/; allocate('scalar', [@_]) },
    weak    => sub { object($_[0]); my $id = allocate('weak', [], target => $_[0]); $heap{ $_[0] }{weak}{$id} = $heap{$id}; $id },
    chain   => sub { bulk($_[0], 0) },
    ring    => sub { bulk($_[0], 1) },
    push    => sub {
        my ($array, $value) = (object($_[0], 'array'), $_[1]);
        judge($value);
        gain($value);
        push @{ $array->{values} }, $value;
        return;
    },
    pop => sub {
        my $array = object($_[0], 'array');
        refuse('index') if !@{ $array->{values} };
        return hand_over(pop @{ $array->{values} });
    },
    remove => sub {
        my ($object, $index) = place($_[0]);
        refuse('field') if !defined $index;
        splice @{ $object->{names} }, $index, 1;
        return hand_over(splice @{ $object->{values} }, $index, 1);
    },
    take    => sub { object($_[0])->{external}++ if $_[0] ne 'nil'; return },
    drop => sub {
        return if $_[0] eq 'nil';
        my $object = object($_[0]);
        refuse('not-held') if !$object->{external};
        $object->{external}--;
        release($object);
        return;
    },
    upgrade => sub {
        my $target = object($_[0], 'weak')->{target};
        $heap{$target}{external}++ if $target ne 'nil';
        return $target;
    },
    collect => sub { collect(); return },
    on      => sub { object($_[0])->{code} = 1; return },
    set     => sub { refuse('setting') if !$_[1]; $capacity = $_[1]; return },    # set capacity 10
    begin   => sub { begin_anew(); return },
);

sub carry_out {
    my ($word, @rest) = @_;
    my $result;
    if    ($command{$word}) { $result = $command{$word}->(@rest) }
    elsif (@rest)           { store($word, $rest[1]) }               # #1.x = VALUE
    else {
        my ($object, $index) = place($word);
        $result = defined $index ? $object->{values}[$index] : 'nil';
    }
    work_off_queue() if !@running;
    return $result;
}

sub look {
    for my $object (in_order()) {
        my @values = @{ $object->{values} };
        @values = map { "$object->{names}[$_]=$values[$_]" } 0 .. $#values if $object->{kind} eq 'table';
        my @head = grep { defined } $object->{function}, $object->{target};
        my $weak = keys %{ $object->{weak} // {} };
        print join(' ', number($object), $object->{kind}, @head, @values), " | $object->{external} $object->{internal} $weak\n";
    }
    print 'end ', scalar keys %heap, "\n";
}

# Reads and answers commands, those of user code up to its end. A panic ends the code as a return does (SPEC 2.11).
sub serve {
    while (1) {
        STDOUT->flush;
        defined(my $line = <STDIN>) or exit;
        my @words = $line =~ /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^ \n]+/g;
        return if $words[0] eq 'return' || $words[0] eq 'panic';
        if ($words[0] eq 'look') { look(); next }
        my $result;
        if    (eval { $result = carry_out(@words); 1 }) { print defined $result ? "done $result\n" : "done\n" }
        elsif (ref $@)                                  { print "refused $@->[0]\n" }
        else                                            { die $@ }
    }
}

print <<'END';
heapproof 1
name perl-counted 1.0
operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement WriteCapture WriteBox Push Pop Remove Take Drop Upgrade Collect On Panic SetCapacity
observations refusals contents counts journal
begin anew
look harmless
ready
END
begin_anew();
serve();
