// Runs heap.py in MicroPython's port to wasm, and reads and writes for it.
//
//     node heap.mjs FOLDER_OF_MICROPYTHON DIALECT
//
// In wasm a collection can't see what the machine holds on its stack, so this port collects when the outermost call returns to
// JavaScript. Then there is nothing on the stack. But each word of a block on the heap that looks like a reference is one, and some words of
// the bytecode of heap.py do: garbage at such an address would not die. So `occupy` lets each have an empty object, which then stays there.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { hear, say } from '../lines.mjs';

const [folder, dialect] = process.argv.slice(2);
const HEAP = 1 << 23;
const WORD = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^ ]+/gsu;

const { loadMicroPython } = await import(pathToFileURL(`${folder}/micropython.mjs`));
const python = await loadMicroPython({ heapsize: HEAP, stdout: console.error, linebuffer: true });
python.runPython(readFileSync(new URL('heap.py', import.meta.url), 'utf8'));
python.globals.get('occupy')(Math.floor(HEAP / 16 * 0.85));
python.runPython('gc.collect()');
const [answer, deaths, look, begin] = ['answer', 'deaths', 'look', 'begin'].map((name) => python.globals.get(name));
python.runPython("import sys, js; js.heapproofVersion = '.'.join(str(part) for part in sys.implementation[1][:3])");

say(`heapproof 1
name micropython ${globalThis.heapproofVersion}
operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement \
WriteCapture WriteBox Push Pop Remove Clear Swap Take Drop Upgrade Collect
observations refusals contents
dialect ${dialect}
begin anew
look harmless
ready`);
for (;;) {
    const command = hear();
    if (command === 'look') {
        say(look());
    } else if (command === 'begin') {
        begin();
        python.runPython('gc.collect()');
        say('done');
    } else if (command === 'collect') {
        python.runPython('gc.collect()');
        say(deaths() + 'done');
    } else {
        const result = answer(command.match(WORD).join('\x1f'));
        say(deaths() + result);
    }
}
