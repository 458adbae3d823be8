#!/usr/bin/env bash
# Perl 5.36 (Debian 12's perl, 5.36.0), Scalar::Util::weaken.
#
# Guess from the docs: a copy of a weak reference is strong, and an array that is assigned what `grep` takes from it is strong, as an example
# shows. So is what the other list operators return: a list of weak references that is sorted, reversed or cut owns its objects
# afterwards, and has to be weakened again.
# What happens: it depends on an optimisation. `@a = sort ... @a` and `@a = reverse @a` are done in place, and leave each reference weak,
# whatever the order was; `@a = reverse sort ... @a` is not, and makes them strong, and so do `@a = @a` and a slice. `splice` hands over
# what it takes out: `@b = splice @a, 0` is weak, `[splice @a, 0]` strong. `push @a, shift @a` makes one of three strong. So by one of
# two spellings of one thing a table of weak references becomes a table of owners, or the objects die that the new array was to hold.
#
# For who writes a heap with weak edges: whether an edge is weak belongs to its place; moving a value may not decide it. For who tests
# one: after each operation that moves edges ask which are weak, not where they lead; both read alike until the last owner goes.
set -euo pipefail
have=$(/usr/bin/perl -e 'printf "%vd", $^V' 2>/dev/null || echo none)
[ "$have" = "5.36.0" ] || { echo "skipped: wants Perl 5.36.0 as /usr/bin/perl, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.pl" <<'X'
use strict;
use warnings;
use Scalar::Util qw(isweak weaken);

my (@weak, @other);

sub kinds { return join ' ', map { isweak($_[0][$_]) ? 'weak' : 'strong' } 0 .. $#{ $_[0] } }

for (
    [ 'as made'                      => sub { \@weak } ],
    [ '@a = @a'                      => sub { @weak = @weak; \@weak } ],
    [ '@a = @a[0 .. 2]'              => sub { @weak = @weak[ 0 .. 2 ]; \@weak } ],
    [ '@a = grep { 1 } @a'           => sub { @weak = grep { 1 } @weak; \@weak } ],
    [ '@a = sort by number @a'       => sub { @weak = sort { $b->{number} <=> $a->{number} } @weak; \@weak } ],
    [ '@a = reverse @a'              => sub { @weak = reverse @weak; \@weak } ],
    [ '@a = reverse sort by .. @a'   => sub { @weak = reverse sort { $a->{number} <=> $b->{number} } @weak; \@weak } ],
    [ '@b = sort by number @a'       => sub { @other = sort { $b->{number} <=> $a->{number} } @weak; \@other } ],
    [ '@b = splice @a, 0'            => sub { @other = splice @weak, 0; \@other } ],
    [ '[splice @a, 0]'               => sub { [ splice @weak, 0 ] } ],
    [ 'push @a, shift @a'            => sub { push @weak, shift @weak; \@weak } ],
) {
    my ($name, $move) = @$_;
    my @owners = map { { number => $_ } } 1 .. 3;
    @weak = @owners;
    weaken($_) for @weak;
    @other = ();
    my $moved = $move->();
    my $kinds = kinds($moved);
    @owners = ();
    printf "%s: %s; without their owners %d of 3 live\n", $name, $kinds, scalar grep { defined } @$moved;
}
X
echo "perl $have"
out=$(timeout 60 /usr/bin/perl "$tmp/p.pl"); echo "$out"
want='as made: weak weak weak; without their owners 0 of 3 live
@a = @a: strong strong strong; without their owners 3 of 3 live
@a = @a[0 .. 2]: strong strong strong; without their owners 3 of 3 live
@a = grep { 1 } @a: strong strong strong; without their owners 3 of 3 live
@a = sort by number @a: weak weak weak; without their owners 0 of 3 live
@a = reverse @a: weak weak weak; without their owners 0 of 3 live
@a = reverse sort by .. @a: strong strong strong; without their owners 3 of 3 live
@b = sort by number @a: strong strong strong; without their owners 3 of 3 live
@b = splice @a, 0: weak weak weak; without their owners 0 of 3 live
[splice @a, 0]: strong strong strong; without their owners 3 of 3 live
push @a, shift @a: weak weak strong; without their owners 1 of 3 live'
[ "$out" = "$want" ] || { echo "changed: other operators of Perl keep references weak"; exit 1; }
