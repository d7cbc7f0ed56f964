// Writes docs/states.md from the machines themselves. With --print it writes to the standard output instead.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { loadMachines } from './load-machines.mjs';
import { readSetup } from './read-setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = new URL('../docs/states.md', import.meta.url);

const described = {
  identityMachine: {
    title: 'Identity',
    file: 'machines/identity.machine.ts',
    intro:
      'The identity machine knows who is acting, and whether that may be stored and sent. Both regions are active at the same time, and each region gets every event.',
  },
  deliveryMachine: {
    title: 'Delivery',
    file: 'machines/delivery.machine.ts',
    intro: 'The delivery machine decides when tracked events are sent, and handles each answer of the Insights API.',
  },
};

/** A guard as it reads in a table: its name, and its params where it has any. */
const guardText = (guard) =>
  guard?.params ? `${guard.type} ${Object.values(guard.params).join(' ')}` : (guard?.type ?? guard);

const pathOf = (node) => node.path.join('.') || node.key;
const idOf = (node) => node.path.join('_');
const nodesBelow = (node) => [node, ...Object.values(node.states).flatMap(nodesBelow)];

/** What happens on entry. Not `node.entry`, to which XState adds what sets its timers. */
const entryOf = ({ config }) => [config.entry ?? []].flat().map((action) => action.type ?? action);
const invokedBy = (node) => node.invoke.map(({ src }) => src);

function eventOf(type, node) {
  const [, kind, rest] = /^xstate\.(after|done\.actor|error\.actor)\.(.*)$/.exec(type) ?? [];
  if (!kind) return type === '' ? 'always' : type;
  if (kind === 'after') return `after ${rest.slice(0, -node.id.length - 1)}`;
  const { src } = node.invoke.find(({ id }) => id === rest);
  return kind === 'done.actor' ? `${src} done` : `${src} failed`;
}

/** Every transition of a node, in the order in which they are tried. */
function transitionsOf(node) {
  const ofEvents = [...node.transitions].flatMap(([type, list]) => list.map((each) => [type, each]));
  return [...(node.always ?? []).map((each) => ['', each]), ...ofEvents].map(([type, each]) => ({
    event: eventOf(type, node),
    guard: guardText(each.guard),
    target: each.target?.[0],
    isReentered: each.reenter,
    actions: each.actions.map((action) => action.type ?? action),
  }));
}

// A colon or semicolon would end a label.
function labelOf({ event, guard, actions }) {
  const label = [event, guard && `[${guard}]`, actions.length > 0 && `/ ${actions.join(', ')}`];
  return label.filter(Boolean).join(' ');
}

function initialOf(node) {
  return node.initial?.target?.[0];
}

/** The lines of a diagram: a state, what is in it, and the arrows that leave it. */
function diagramOf(node, indent) {
  const children = Object.values(node.states);
  const inner = `${indent}  `;
  if (children.length === 0) {
    const lines = [`${indent}state "${node.key}" as ${idOf(node)}`];
    for (const action of entryOf(node)) lines.push(`${indent}${idOf(node)} : entry / ${action}`);
    for (const actor of invokedBy(node)) lines.push(`${indent}${idOf(node)} : invoke / ${actor}`);
    return lines;
  }
  const leaves = children.filter((child) => Object.keys(child.states).length === 0);
  const arrows = leaves.flatMap((leaf) => {
    // One arrow for each pair of states: renderers draw several over each other.
    const labels = new Map();
    for (const each of transitionsOf(leaf).filter(({ target }) => target)) {
      const end = idOf(each.target);
      labels.set(end, [...(labels.get(end) ?? []), labelOf(each)]);
    }
    return [...labels].map(([end, list]) => `${inner}${idOf(leaf)} --> ${end} : ${list.join('<br/>')}`);
  });
  const shared = transitionsOf(node)
    .filter(({ target }) => target)
    .map((each) => `${inner}  ${labelOf(each)} → ${each.target.key}`);
  const separator = node.type === 'parallel' ? [`${inner}--`] : [];
  return [
    `${indent}state "${node.key}" as ${idOf(node) || node.key} {`,
    ...(initialOf(node) && node.type !== 'parallel' ? [`${inner}[*] --> ${idOf(initialOf(node))}`] : []),
    ...children.flatMap((child, index) => [...(index > 0 ? separator : []), ...diagramOf(child, inner)]),
    ...arrows,
    ...(shared.length > 0
      ? [`${inner}note right of ${idOf(children.at(-1))}`, `${inner}  in any state`, ...shared, `${inner}end note`]
      : []),
    `${indent}}`,
  ];
}

const code = (text) => (text ? `\`${text.replaceAll('|', '\\|')}\`` : '');

function tableOf(machine) {
  const rows = nodesBelow(machine.root).flatMap((node) => [
    ...entryOf(node).map((action) => [code(pathOf(node)), 'on entry', '', '', code(action)]),
    ...invokedBy(node).map((actor) => [code(pathOf(node)), 'on entry', '', '', `starts ${code(actor)}`]),
    ...transitionsOf(node).map(({ event, guard, target: to, isReentered, actions }) => [
      code(pathOf(node)),
      code(event),
      code(guard),
      to ? `${code(pathOf(to))}${isReentered ? ', entered again' : ''}` : 'stays',
      actions.map(code).join(', ') || 'nothing',
    ]),
  ]);
  return table(['state', 'event', 'guard', 'target', 'actions'], rows);
}

/** A table as the formatter leaves it: columns that are wholly empty left out, the others padded. */
function table(titles, rows) {
  const columns = titles
    .map((title, index) => [title, ...rows.map((cells) => cells[index])])
    .filter(([, ...cells]) => cells.some(Boolean))
    .map(([title, ...cells]) => {
      const width = Math.max(3, ...[title, ...cells].map(({ length }) => length));
      return [title.padEnd(width), '-'.repeat(width), ...cells.map((cell) => cell.padEnd(width))];
    });
  return columns[0].map((_, row) => `| ${columns.map((column) => column[row]).join(' | ')} |`).join('\n');
}

/** The text of a condition or a value: the expression that a function returns, or the expression as it is. */
function textOf(node) {
  const body = ts.isArrowFunction(node) ? node.body : node;
  const value = ts.isBlock(body) ? body.statements.find(ts.isReturnStatement).expression : body;
  return value.getText().replace(/\s+/g, ' ');
}

/** What the actions of a chart get with `params`, by the name of the action. */
function paramsOf(machine) {
  const actions = nodesBelow(machine.root).flatMap((node) =>
    [...node.transitions.values()].flat().flatMap((each) => each.actions),
  );
  const withParams = actions.filter(({ params }) => params);
  return new Map(withParams.map(({ type, params }) => [type, Object.keys(params({ context: {} }))]));
}

/** A comment in a cell, of which a long one has its first sentence alone. */
function remark(doc) {
  const text = doc.length > 120 ? doc.replace(/\. .*/, '.') : doc;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const filled = 'filled by the application';
const kinds = { assign: 'changes the context', emit: 'emits an event' };

function partsOf(machine, { guards, actions, actors, delays }) {
  const params = paramsOf(machine);
  const sections = [
    [
      'Guards',
      ['guard', 'holds when', 'meaning'],
      guards.map((g) => [code(g.name), g.isFilled ? filled : code(textOf(g.value)), remark(g.doc)]),
    ],
    [
      'Actions',
      ['action', 'kind', 'gets', 'what it does'],
      actions.map((a) => [
        code(a.name),
        a.isFilled ? filled : (kinds[a.made] ?? ''),
        params.has(a.name) ? code(`{ ${params.get(a.name).join(', ')} }`) : '',
        remark(a.doc),
      ]),
    ],
    [
      'Actors',
      ['actor', 'kind', 'what it does'],
      actors.map((a) => [code(a.name), a.isFilled ? filled : '', remark(a.doc)]),
    ],
    [
      'Delays',
      ['delay', 'milliseconds', 'meaning'],
      delays.map((d) => [code(d.name), code(textOf(d.value).replaceAll('_', '')), remark(d.doc)]),
    ],
  ];
  return sections
    .filter(([, , rows]) => rows.length > 0)
    .map(([title, head, rows]) => `### ${title} of ${machine.id}\n\n${table(head, rows)}`);
}

async function sectionOf(machine, { title, file, intro }) {
  const parts = await readSetup(root + file);
  return [
    `## ${title}`,
    `${intro} Source: \`${file}\` and, for its functions, \`${file.replace('.machine.', '.logic.')}\`.`,
    ['```mermaid', 'stateDiagram-v2', ...diagramOf(machine.root, '  '), '```'].join('\n'),
    `### Transitions of ${machine.id}`,
    tableOf(machine),
    ...partsOf(machine, parts),
  ].join('\n\n');
}

async function generate() {
  const machines = await loadMachines();
  const sections = [];
  for (const [name, description] of Object.entries(described)) {
    sections.push(await sectionOf(machines[name], description));
  }
  return `${[
    '<!-- Generated by `npm run docs:states` from the machines. Edit those. -->',
    '# The machines',
    'The diagrams and tables on this page are generated from the machines themselves. A diagram shows each way from one state to another: its arrow is labelled `event [guard] / actions`, and a note lists the ways out of every state of a region. The tables list every transition, even when it stays in its state.',
    'The rows of one state and event are tried from top to bottom, and the first whose guard holds is taken. A row that stays and does nothing still ends the search. The rows of an inner state come before the rows of the region around it. An event without a row changes nothing.',
    'Guards, actions and actors that are filled by the application do nothing in the machine itself. `createUserToken` fills them. When you run a machine in your own app, you fill them with `provide`.',
    ...sections,
  ].join('\n\n')}\n`;
}

const text = await generate();
if (process.argv.includes('--print')) process.stdout.write(text);
else await writeFile(target, text);
