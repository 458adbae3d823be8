// Runs heap.py in MicroPython's port to wasm, and reads and writes for it.
//
//     node heap.mjs FOLDER_OF_MICROPYTHON DIALECT
//
// In wasm a collection can't see what the machine holds on its stack, so this port collects when the outermost call returns to
// JavaScript. Then there is nothing on the stack, and the collection is exact.
import { readFileSync, readSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, dialect] = process.argv.slice(2);
const chunk = Buffer.alloc(1 << 16);
const WORD = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^ ]+/gsu;
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

function hear() {
    while (commands.length === 0) {
        flush();
        const length = readSync(0, chunk);
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

const { loadMicroPython } = await import(pathToFileURL(`${folder}/micropython.mjs`));
const python = await loadMicroPython({ heapsize: 1 << 25, stdout: console.error, linebuffer: true });
python.runPython(readFileSync(new URL('heap.py', import.meta.url), 'utf8'));
const [answer, deaths, look, begin] = ['answer', 'deaths', 'look', 'begin'].map((name) => python.globals.get(name));
python.runPython("import sys, js; js.heapproofVersion = '.'.join(str(part) for part in sys.implementation[1][:3])");

answers.push(`heapproof 1
name micropython ${globalThis.heapproofVersion}
operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement \
WriteCapture WriteBox Push Pop Remove Take Drop Upgrade Collect
observations refusals contents
dialect ${dialect}
begin anew
look harmless
ready
`);
for (;;) {
    const command = hear();
    if (command === 'look') {
        answers.push(look() + '\n');
    } else if (command === 'begin') {
        begin();
        python.runPython('gc.collect()');
        answers.push('done\n');
    } else if (command === 'collect') {
        python.runPython('gc.collect()');
        answers.push(deaths() + 'done\n');
    } else {
        const result = answer(command.match(WORD).join('\x1f'));
        answers.push(deaths() + result + '\n');
    }
}
