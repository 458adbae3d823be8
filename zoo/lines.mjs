// Lines from heapproof, and lines to it, for heaps in wasm that node runs.
import { openSync, readSync, writeSync } from 'node:fs';

const input = openSync('/dev/stdin', 'r'); // a package may let descriptor 0 not block
const chunk = Buffer.alloc(1 << 16);
let answers = [];
let commands = []; // that have arrived, the next one last
let rest = Buffer.alloc(0); // of a command that is not complete

function flush() {
    let data = Buffer.from(answers.join(''));
    answers = [];
    while (data.length > 0) {
        data = data.subarray(writeSync(1, data));
    }
}

// The next command.
export function hear() {
    while (commands.length === 0) {
        flush();
        const length = readSync(input, chunk);
        if (length === 0) {
            process.exit(0);
        }
        const data = Buffer.concat([rest, chunk.subarray(0, length)]);
        const end = data.lastIndexOf(10) + 1;
        rest = Buffer.from(data.subarray(end));
        commands = end === 0 ? [] : data.toString('utf8', 0, end - 1).split('\n').reverse();
    }
    return commands.pop();
}

// Writes a line before the next command is read.
export function say(line) {
    answers.push(line + '\n');
}
