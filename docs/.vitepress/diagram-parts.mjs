// Reads the part of Mermaid's state diagrams that scripts/generate-states.mjs writes.

/**
 * @typedef {object} State
 * @property {string} id
 * @property {string} title
 * @property {string[]} lines What happens in it: `entry / x`, `invoke / y`.
 * @property {State[]} states
 * @property {string[]} notes
 */
/** @typedef {{ from: string, to: string, labels: string[] }} Arrow */

/** @param {string} text
 * @returns {{ root: State, arrows: Arrow[] }}
 * @throws Error for a line that it does not know. */
export function parseDiagram(text) {
  const root = { id: 'root', title: '', lines: [], states: [], notes: [] };
  const open = [root];
  const arrows = [];
  const byId = new Map();
  let note;
  const rules = [
    [/^stateDiagram-v2$|^--$/, () => {}],
    [/^state "(.+)" as (\S+) \{$/, (title, id) => open.push(add(title, id))],
    [/^state "(.+)" as (\S+)$/, (title, id) => add(title, id)],
    [/^\}$/, () => open.pop()],
    [/^note right of \S+$/, () => (note = [])],
    [/^(\[\*\]|\S+) --> (\S+)(?: : (.*))?$/, (from, to, label) => addArrow(from, to, label?.split('<br/>') ?? [])],
    [/^(\S+) : (.*)$/, (id, line) => byId.get(id).lines.push(line)],
  ];

  function add(title, id) {
    const state = { id, title, lines: [], states: [], notes: [] };
    open.at(-1).states.push(state);
    byId.set(id, state);
    return state;
  }

  function addArrow(from, to, labels) {
    const region = open.at(-1);
    const start = `start of ${region.id}`;
    if (from === '[*]') region.states.unshift({ id: start, title: '', lines: [], states: [], notes: [] });
    arrows.push({ from: from === '[*]' ? start : from, to, labels });
  }

  for (const line of text
    .split('\n')
    .map((each) => each.trim())
    .filter(Boolean)) {
    if (line === 'end note') {
      open.at(-1).notes.push(...note);
      note = undefined;
    } else if (note) {
      note.push(line);
    } else {
      const rule = rules.find(([pattern]) => pattern.test(line));
      if (!rule) throw new Error(`the diagram has a line that is not known: ${line}`);
      rule[1](...rule[0].exec(line).slice(1));
    }
  }
  return { root, arrows };
}
