#!/usr/bin/perl
# Breaks the code in every way that Tests/Mutants/mutants.txt names, one at a time, in a copy of
# the tree under .build/mutants, and tells which test notices. Ends with 0 where each is noticed.
#
#   run.pl [WORD]    those whose title, file or tests contain WORD; all without
use strict;
use warnings;

my $word = @ARGV ? $ARGV[0] : '';
my $tree = '.build/mutants/tree';
# In seconds. Whether a test that hangs has noticed, or the machine is slow, is for a person to say.
my $patience = 900;
my $hangs = "time: more than $patience s";

sub content {
  my ($path) = @_;
  open my $file, '<:raw', $path or return undef;
  local $/;
  return scalar <$file>;
}

sub keep {
  my ($path, $text) = @_;
  open my $file, '>:raw', $path or die "$path: $!\n";
  print $file $text;
  close $file or die "$path: $!\n";
}

# Blocks apart by empty lines: a title; a file, and the tests' filter; what stands there, line by
# line behind "- "; what takes its place behind "+ ".
sub mutants {
  my @found;
  for my $block (split /\n{2,}/, content('Tests/Mutants/mutants.txt')) {
    my @lines = grep { !/^#/ } split /\n/, $block;
    next unless @lines;
    my ($title, $place, @rest) = @lines;
    my ($file, $filter) = split ' ', $place // '', 2;
    push @found, {
      title => $title, file => $file, filter => $filter // '',
      old => join("\n", map { /^- ?(.*)/ ? $1 : () } @rest),
      new => join("\n", map { /^\+ ?(.*)/ ? $1 : () } @rest),
    };
  }
  return @found;
}

# Only what differs is written, so that what was built stays built.
sub copy_tree {
  my @parts = qw(Package.swift Makefile README.md Sources Tests openapi routing-rules);
  my %ours = map { chomp; $_ => 1 } `find @parts -type f`;
  my %theirs = map { chomp; $_ => 1 } `cd $tree 2>/dev/null && find @parts -type f 2>/dev/null`;
  unlink "$tree/$_" for grep { !$ours{$_} } keys %theirs;
  for my $path (keys %ours) {
    my ($folder) = "$tree/$path" =~ m{(.*)/};
    system('mkdir', '-p', $folder) unless -d $folder;
    my ($here, $there) = (content($path), content("$tree/$path"));
    keep("$tree/$path", $here) unless defined $there && $there eq $here;
    chmod((stat $path)[2] & 07777, "$tree/$path");
  }
}

# Runs a command in the copy, and ends it with all that it started at the first line that `end`
# finds decisive. Returns what `end` gave, and the exit status.
sub run {
  my ($command, $end) = @_;
  my $child = open(my $output, '-|') // die "fork: $!\n";
  if (!$child) {
    setpgrp;
    chdir $tree or die "$tree: $!\n";
    open STDERR, '>&', \*STDOUT;
    $ENV{SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH} = 16;
    # Nothing is left running where this is killed.
    exec '/usr/bin/setpriv', '--pdeathsig', 'KILL', @$command or die "$command->[0]: $!\n";
  }
  my $verdict;
  local $SIG{ALRM} = sub { $verdict = $hangs; kill 'KILL', -$child };
  local $SIG{INT} = sub { kill 'KILL', -$child; exit 130 };
  alarm $patience;
  while (my $line = <$output>) {
    $verdict //= $end->($line) // next;
    kill 'KILL', -$child;
    last;
  }
  alarm 0;
  close $output;
  return ($verdict, $?);
}

sub build {
  my ($fault, $status) = run(
    [qw(swift build --build-tests)], sub { $_[0] =~ /(error: .*)/ ? $1 : undef });
  return $fault // ($status ? "swift build ended with $status" : undef);
}

# The test that fails first, or undef.
sub test {
  my (@filters) = @_;
  # The list itself is held by TidyTests, which a mutation contradicts.
  my @command = (
    qw(.build/debug/pasarelaPackageTests.xctest --testing-library swift-testing --skip TidyTests),
    map { ('--filter', $_) } @filters);
  my $count = 0;
  my ($failed, $status) = run(\@command, sub {
    $count = $1 if $_[0] =~ /Test run with (\d+) tests?\b/;
    return $_[0] =~ /Test (.+?) recorded an issue/ || $_[0] =~ /(Fatal error: .*)/ ? $1 : undef;
  });
  return $failed if defined $failed;
  return "the end of the process: status " . ($status >> 8) if $status;
  die "no test fits @filters\n" unless $count;
  return undef;
}

my @mutants = mutants();
my @chosen = grep { index("$_->{title}\n$_->{file}\n$_->{filter}", $word) >= 0 } @mutants;
die "no mutation has \"$word\"\n" unless @chosen;
$| = 1;
copy_tree();
my $fault = build();
die "the tree does not build: $fault\n" if defined $fault;
my %filters = map { $_->{filter} => 1 } @chosen;
my $failed = test(delete $filters{''} ? () : sort keys %filters);
die "the tree fails by itself: $failed\n" if defined $failed;

my (@survivors, @faulty, @hanging);
for my $mutant (@chosen) {
  my $path = "$tree/$mutant->{file}";
  my $text = content($path) // '';
  my $count = () = $text =~ /\Q$mutant->{old}\E/g;
  my $verdict;
  if ($mutant->{old} eq '' || $count != 1) {
    $verdict = "DOES NOT APPLY: its text stands $count times in $mutant->{file}";
    push @faulty, $mutant->{title};
  } else {
    (my $broken = $text) =~ s/\Q$mutant->{old}\E/$mutant->{new}/;
    keep($path, $broken);
    if (defined(my $error = build())) {
      $verdict = "DOES NOT BUILD: $error";
      push @faulty, $mutant->{title};
    } elsif (defined(my $test = test(grep { $_ ne '' } $mutant->{filter}))) {
      $verdict = $test eq $hangs ? $test : "killed by $test";
      push @hanging, $mutant->{title} if $test eq $hangs;
    } else {
      $verdict = 'SURVIVED';
      push @survivors, $mutant->{title};
    }
    keep($path, $text);
  }
  print "$mutant->{title}: $verdict\n";
}
printf "%d mutations, %d killed\n", scalar @chosen,
  @chosen - @survivors - @hanging - @faulty;
print "no test holds: $_\n" for @survivors;
print "time: no test ended in $patience s: $_\n" for @hanging;
print "the list is wrong: $_\n" for @faulty;
exit(@survivors || @hanging || @faulty ? 1 : 0);
