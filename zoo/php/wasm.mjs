// PHP in wasm, as @php-wasm/node ships it: runs heap.php under node, and reads and writes for it.
//
//     node wasm.mjs FOLDER_OF_NODE_MODULES VERSION SORT DIALECT
import { readFileSync, readSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, version, ...words] = process.argv.slice(2);
const here = new URL('.', import.meta.url);
const load = (name) => import(pathToFileURL(`${modules}/@php-wasm/${name}/index.js`));
const { loadNodeRuntime } = await load('node');
const { PHP } = await load('universal');

const chunk = Buffer.alloc(1 << 16);
let length = 0;
let next = 0;
let is_told = true; // that what has arrived is at its end: a read of PHP gives that much
let answers = [];

// The next byte that PHP reads; null ends a read, and the one after it waits.
function stdin() {
    if (next < length) {
        is_told = false;
        return chunk[next++];
    }
    if (!is_told) {
        is_told = true;
        return null;
    }
    flush();
    length = readSync(0, chunk);
    if (length === 0) {
        process.exit(0);
    }
    next = 1;
    is_told = false;
    return chunk[0];
}

function stdout(byte) {
    if (byte !== null) {
        answers.push(byte);
    }
}

function flush() {
    let data = Buffer.from(answers);
    answers = [];
    while (data.length > 0) {
        data = data.subarray(writeSync(1, data));
    }
}

// Descriptor 1 is not ours: the package takes it for what scripts print.
const preRun = [(php) => php.FS.createDevice('/dev', 'answers', undefined, stdout)];
const emscriptenOptions = { processId: 1, stdin, preRun };
const php = new PHP(await loadNodeRuntime(version, { emscriptenOptions }));
php.mkdir('/heap');
for (const name of ['lines.php', 'objects.php', 'heap.php']) {
    php.writeFile(`/heap/${name}`, readFileSync(new URL(name, here)));
}
const code = `<?php $argv = json_decode(getenv('WORDS')); require '/heap/heap.php';`;
const run = await php.runStream({ code, env: { WORDS: JSON.stringify(['heap.php', ...words]) } });
console.error(await run.stdoutText, await run.stderrText);
