// CPython in wasm, as Pyodide ships it: runs heap.py under node, and reads and writes for it.
//
//     node pyodide.mjs FOLDER_OF_PYODIDE SORT DIALECT
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { hear, say } from '../lines.mjs';

const [folder, ...words] = process.argv.slice(2);

const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const pyodide = await loadPyodide({ stdout: console.error, stderr: console.error });
pyodide.registerJsModule('bridge', { hear, say });
for (const path of ['../lines.py', 'objects.py', 'heap.py']) {
    pyodide.FS.writeFile(path.replace('../', ''), readFileSync(new URL(path, import.meta.url)));
}
pyodide.runPython(`
import runpy, sys
sys.path.insert(0, '.')
sys.argv = ['heap.py', *words]
runpy.run_path('heap.py', run_name='__main__')
`, { globals: pyodide.toPy({ words }) });
