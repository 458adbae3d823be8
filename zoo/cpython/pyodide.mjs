// CPython in wasm, as Pyodide ships it: runs heap.py under node, and reads and writes for it.
//
//     node pyodide.mjs FOLDER_OF_PYODIDE SORT DIALECT
import { openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, ...words] = process.argv.slice(2);
const here = new URL('.', import.meta.url);
const input = openSync('/dev/stdin', 'r'); // Pyodide lets descriptor 0 not block
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

function hear() {
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

const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const pyodide = await loadPyodide({ stdout: console.error, stderr: console.error });
pyodide.registerJsModule('bridge', { hear, say: (line) => void answers.push(line + '\n') });
for (const name of ['lines.py', 'objects.py', 'heap.py']) {
    pyodide.FS.writeFile(name, readFileSync(new URL(name, here)));
}
pyodide.runPython(`
import runpy, sys
sys.path.insert(0, '.')
sys.argv = ['heap.py', *words]
runpy.run_path('heap.py', run_name='__main__')
`, { globals: pyodide.toPy({ words }) });
