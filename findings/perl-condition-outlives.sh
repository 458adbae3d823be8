#!/usr/bin/env bash
# Perl 5.36 (Debian 12's perl, 5.36.0).
#
# Guess from perlsub: a `my` variable declared in the condition of an `if` has the rest of that statement as its scope, `elsif` and `else`
# included, and no more; and Perl counts references, so an object that only this variable holds is destroyed where the `if` ends, as it is
# with a block, a `for` and a `while`.
# What happens: the name ends there, the object does not. It lives to the end of the block around the `if`: of the whole subroutine, or of
# this round of a loop. The same with `unless`, and with each condition of an `elsif` chain, also those that were false. Objects of several
# such statements are destroyed together at the end, the last first. A block of its own around the `if` gives the guess.
#
# For who writes a heap: scope of a name and life of what it holds are two things; a front end that opens a scope for names alone moves all
# deaths to the next scope that is a real one. For who tests a heap, or a weak reference, on Perl: "it has left its scope, so it is dead"
# fails behind an `if (my ..)`; for locks and files held by such objects it means that they are held on.
set -euo pipefail
have=$(perl -e 'printf "%vd", $^V' 2>/dev/null || echo none)
[ "$have" = 5.36.0 ] || { echo "skipped: wants Perl 5.36.0 as perl, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.pl" <<'X'
use strict; use warnings;
my @died;
package Node { sub new { bless { name => $_[1] } } sub DESTROY { push @died, $_[0]{name} } }
sub node { Node->new($_[0]) }
sub seen { print "$_[0]: died ", (@died ? join(", ", @died) : "nothing"), "\n"; @died = () }

sub statements {
    { my $x = node("block") }                                           seen("after a block");
    for my $x (node("for")) { }                                         seen("after a for");
    while (my $x = node("while")) { last }                              seen("after a while");
    { if (my $x = node("if")) { } }                                     seen("after an if in a block of its own");
    if (my $x = node("if")) { }                                         seen("after an if");
    unless (my $x = node("unless")) { }                                 seen("after an unless");
    if (!(my $x = node("first"))) { } elsif (my $y = node("second")) { } seen("after an elsif");
    for my $round (1 .. 2) {
        if (my $x = node("round $round")) { }                           seen("after an if in a loop");
    }
    seen("after the loop");
}
statements();
seen("after the subroutine");
X
echo "perl $have"
out=$(timeout 60 perl "$tmp/p.pl"); echo "$out"
want='after a block: died block
after a for: died for
after a while: died while
after an if in a block of its own: died if
after an if: died nothing
after an unless: died nothing
after an elsif: died nothing
after an if in a loop: died nothing
after an if in a loop: died round 1
after the loop: died round 2
after the subroutine: died second, first, unless, if'
[ "$out" = "$want" ] || { echo "changed: what a condition declares dies at another time now"; exit 1; }
