#!/usr/bin/env bash
# Crates crossbeam-channel 0.5.17, flume 0.12.0, async-channel 2.5.0; beside them std and tokio 1.54.1.
#
# Guess from the docs: when the last receiver is dropped nobody can receive what is in the queue; it is dropped then, as std and tokio do it.
# The two kinds of crossbeam channels, bounded and unbounded, differ in how much they hold and in nothing else.
# What happens: crossbeam's unbounded channels drop what is queued with the last receiver, its bounded ones keep it until the last sender is gone,
# and so do all of flume and async-channel. A message that holds a sender of its own channel, the usual request with a place for the
# answer, or a task that can spawn others, is a ring through the queue then: with receivers and all other senders dropped it is never
# freed. None of the three says what becomes of queued messages.
#
# For who writes a heap or a queue of counted things: the container of a pending object is an owner; say when it gives up what nobody will
# fetch. For who tests one: leave something in each queue, drop the receiving end first, and count what died; with an empty queue, or the
# sending end dropped first, all channels are alike.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' '[dependencies]' \
    'crossbeam-channel = "=0.5.17"' 'flume = { version = "=0.12.0", default-features = false }' 'async-channel = "=2.5.0"' \
    'tokio = { version = "=1.54.1", features = ["sync"] }' > Cargo.toml
cat > src/main.rs <<'X'
use std::sync::{Arc, Weak};

// A message may hold a sender of the channel that it is sent by.
macro_rules! try_channel { ($name:literal, $sender:path, $new:expr, $send:ident) => {{
    struct Message { _alive: Arc<()>, _answer: Option<$sender> }
    let alive = |seen: &Weak<()>| if seen.upgrade().is_some() { "lives" } else { "dead" };

    let (sender, receiver) = $new;
    let object = Arc::new(());
    let seen = Arc::downgrade(&object);
    assert!(sender.$send(Message { _alive: object, _answer: None }).is_ok());
    drop(receiver);
    let without_receiver = alive(&seen);
    drop(sender);
    let without_both = alive(&seen);

    let (sender, receiver) = $new;
    let object = Arc::new(());
    let seen = Arc::downgrade(&object);
    assert!(sender.$send(Message { _alive: object, _answer: Some(sender.clone()) }).is_ok());
    drop(receiver);
    drop(sender);
    println!("{}: receiver dropped: {without_receiver}, sender too: {without_both}; message with a sender, both dropped: {}", $name, alive(&seen));
}} }

fn main() {
    try_channel!("std", std::sync::mpsc::Sender<Message>, std::sync::mpsc::channel(), send);
    try_channel!("std, bounded", std::sync::mpsc::SyncSender<Message>, std::sync::mpsc::sync_channel(4), send);
    try_channel!("tokio", tokio::sync::mpsc::UnboundedSender<Message>, tokio::sync::mpsc::unbounded_channel(), send);
    try_channel!("tokio, bounded", tokio::sync::mpsc::Sender<Message>, tokio::sync::mpsc::channel(4), try_send);
    try_channel!("crossbeam", crossbeam_channel::Sender<Message>, crossbeam_channel::unbounded(), send);
    try_channel!("crossbeam, bounded", crossbeam_channel::Sender<Message>, crossbeam_channel::bounded(4), send);
    try_channel!("flume", flume::Sender<Message>, flume::unbounded(), send);
    try_channel!("flume, bounded", flume::Sender<Message>, flume::bounded(4), send);
    try_channel!("async-channel", async_channel::Sender<Message>, async_channel::unbounded(), try_send);
    try_channel!("async-channel, bounded", async_channel::Sender<Message>, async_channel::bounded(4), try_send);
}
X
timeout 560 cargo build -q --release -j1
grep -A1 -E '^name = "(crossbeam-channel|flume|async-channel|tokio)"' Cargo.lock | grep -v -- --
out=$(timeout 120 "$tmp/target/release/p"); echo "$out"
want='std: receiver dropped: dead, sender too: dead; message with a sender, both dropped: dead
std, bounded: receiver dropped: dead, sender too: dead; message with a sender, both dropped: dead
tokio: receiver dropped: dead, sender too: dead; message with a sender, both dropped: dead
tokio, bounded: receiver dropped: dead, sender too: dead; message with a sender, both dropped: dead
crossbeam: receiver dropped: dead, sender too: dead; message with a sender, both dropped: dead
crossbeam, bounded: receiver dropped: lives, sender too: dead; message with a sender, both dropped: lives
flume: receiver dropped: lives, sender too: dead; message with a sender, both dropped: lives
flume, bounded: receiver dropped: lives, sender too: dead; message with a sender, both dropped: lives
async-channel: receiver dropped: lives, sender too: dead; message with a sender, both dropped: lives
async-channel, bounded: receiver dropped: lives, sender too: dead; message with a sender, both dropped: lives'
[ "$out" = "$want" ] || { echo "changed: other channels hold what nobody can receive"; exit 1; }
