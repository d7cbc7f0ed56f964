// npm run export:machines [-- --out folder]: the machines as files that XState's tools read.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadMachines } from './load-machines.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const usage = `npm run export:machines -- [--out folder]

Writes for each machine, to docs/public/machines/ or the folder given:
  <id>.machine.js        createMachine(...), for Stately's editor and the XState extension of VS Code
  <id>.config.json       what createMachine takes, without implementations
  <id>.definition.json   every state and transition resolved, in the form of XState's own schema`;

const actionObjects = (actions) => actions.map((action) => (typeof action === 'string' ? { type: action } : action));

function definedTransition({ guard, target, ...transition }) {
  return {
    ...transition,
    actions: actionObjects(transition.actions),
    ...(guard && { guard: typeof guard === 'string' ? { type: guard } : guard }),
    // One that stays has a list of no targets in the schema, and none at all in XState.
    target: target ?? [],
  };
}

/** A state as XState's schema has it. XState's own definition leaves names of actions and guards as they were written,
 * and gives every state an initial transition. */
function definedState({ initial, on, states, ...state }) {
  const transitions = (list) => list.map(definedTransition);
  const mapped = (record, map) => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
  return {
    ...state,
    ...(state.type === 'compound' && { initial: definedTransition(initial) }),
    entry: actionObjects(state.entry),
    exit: actionObjects(state.exit),
    invoke: state.invoke.map(({ id, src }) => ({ type: 'xstate.invoke', id, src })),
    on: mapped(on, transitions),
    transitions: transitions(state.transitions),
    states: mapped(states, definedState),
  };
}

/** The files for one machine, by name.
 * @param {import('xstate').AnyStateMachine} machine
 * @returns {Record<string, string>} */
export function exportMachine(machine) {
  const { id } = machine;
  // Functions do not survive this: what is left is the chart.
  const config = JSON.stringify(machine.config, null, 2);
  const definition = definedState(JSON.parse(JSON.stringify(machine.definition)));
  return {
    [`${id}.machine.js`]: `import { createMachine } from 'xstate';\n\nexport const ${id}Machine = createMachine(${config});\n`,
    [`${id}.config.json`]: `${config}\n`,
    [`${id}.definition.json`]: `${JSON.stringify(definition, null, 2)}\n`,
  };
}

/** Writes the files of all machines.
 * @param {string} folder Created when it is not there.
 * @returns {Promise<string[]>} The paths. */
export async function exportMachines(folder) {
  await mkdir(folder, { recursive: true });
  const { identityMachine, deliveryMachine } = await loadMachines();
  const files = [identityMachine, deliveryMachine].flatMap((machine) => Object.entries(exportMachine(machine)));
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  return files.map(([name]) => join(folder, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) console.log(usage);
    else for (const path of await exportMachines(values.out ?? join(root, 'docs/public/machines'))) console.log(path);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}
