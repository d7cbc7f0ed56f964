// Measures the words of README.md and the guide, and prints each sentence that breaks a rule of how this project writes.
// `node scripts/check-words.mjs docs/consent.md` looks at that page alone.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Pages that you look things up in: they may be long and have long cells. */
const reference = ['options', 'custom-ports', 'from-search-insights', 'states', 'troubleshooting', 'benchmarks'].map(
  (name) => `docs/${name}.md`,
);

const limits = { youPerThousand: 8, whatPerThousand: 2, wordsASentence: 20, cell: 120, lines: 200, readmeLines: 120 };

/** Phrases that no web developer would write, each with what to write instead. */
const banned = [
  [/\b(is|are|was|were) none\b/i, 'say what is missing, or what to do'],
  [
    /(?<!\bthere )\b(is|are|was|were) no (?!longer|more than|newer|older|less)/i,
    '"isn\'t a", "there isn\'t", or what to do',
  ],
  [/\bbesides?\b/i, '"next to" or "in addition to"'],
  [/\b(tells?|hears?|heard|told)\b(?! (you|your)\b|.{0,20}\bapart\b)/i, '"notifies", "reports", "says", "receives"'],
  [/\b(one|those|these|ones) (that|which)\b/i, 'name the thing'],
  [/\bof (its|their|his|her) own\b(?! [a-z])/i, '"its own X", or leave it out'],
  [/\bof (your|my|our) own\b(?! [a-z])/i, '"your own X"'],
  [/\bat (that|this) moment\b/i, '"then", "now", or the event itself'],
  [/\bas the API has it\b/i, '"in the Insights API\'s format"'],
  [/\b(what|who(ever)?) waits\b/i, '"queued events"'],
  [/\bbecomes? of\b/i, '"the outcome", "the delivery status"'],
  [/\bhand(s|ed)? (it |them )?over\b|\bhand-over\b/i, '"sends at page exit", "hydration"'],
];

const plain = (text) =>
  text
    .replace(/<[^>]+>/g, ' ')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`([^`]*)`/g, (_, code) => code.replace(/[.?!]\s/g, ' '))
    .replace(/[*_>]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
const wordsOf = (text) => text.match(/[\p{L}\p{N}][\p{L}\p{N}'’.()-]*/gu) ?? [];

/** Blocks of prose with the line they begin at, and the cells of tables. */
function blocksOf(text) {
  const blocks = [];
  const cells = [];
  let block;
  let isCode = false;
  text.split('\n').forEach((line, index) => {
    const at = index + 1;
    if (/^\s*```/.test(line)) isCode = !isCode;
    const isProse = !isCode && !/^\s*(```|#|<|$|---)/.test(line);
    if (!isCode && /^\s*\|/.test(line)) {
      // Cells that quote the title of a test have its words.
      const inRow = /^[\s|:-]+$/.test(line)
        ? []
        : line.split(/(?<!\\)\|/).filter((cell) => !cell.includes('.test.ts`'));
      cells.push(...inRow.map((cell) => ({ at, text: cell.trim() })));
      block = undefined;
    } else if (!isProse) block = undefined;
    else {
      const isItem = /^\s*([-*]|\d+\.)\s/.test(line);
      if (!block || isItem) {
        block = { at, lines: [] };
        blocks.push(block);
      }
      block.lines.push(line.replace(/^\s*([-*]|\d+\.)\s/, '').trim());
    }
  });
  return { blocks, cells };
}

function sentencesOf({ at, lines }) {
  const sentences = [];
  let from = at;
  const starts = [];
  let joined = '';
  for (const line of lines) {
    starts.push({ offset: joined.length, line: from++ });
    joined += `${line} `;
  }
  const ends = /[.?!][)"'*_`]*\s+(?=[A-Z`*_"'([])/g;
  let begin = 0;
  for (const end of [...[...joined.matchAll(ends)].map((match) => match.index + match[0].length), joined.length]) {
    const text = plain(joined.slice(begin, end));
    if (wordsOf(text).length > 0) sentences.push({ at: starts.findLast(({ offset }) => offset <= begin).line, text });
    begin = end;
  }
  return sentences;
}

function check(path) {
  const text = readFileSync(root + path, 'utf8');
  const { blocks, cells } = blocksOf(text);
  const sentences = blocks.flatMap(sentencesOf);
  const words = sentences.reduce((sum, sentence) => sum + wordsOf(sentence.text).length, 0);
  const count = (pattern) => sentences.reduce((sum, sentence) => sum + (sentence.text.match(pattern)?.length ?? 0), 0);
  const faults = [];
  const fault = (at, rule, sentence) => faults.push(`${path}:${at}: ${rule}\n    ${sentence}`);

  const relatives = sentences.filter(({ text }) =>
    /^(What|Whatever|Who|Whoever|Whichever) [^?]*[.:!]["')]*$/.test(text),
  );
  const figures = {
    page: path,
    lines: text.trimEnd().split('\n').length,
    words,
    'you/1,000': (count(/\byou(r|rs|rself|'\w+)?\b/gi) / words) * 1000,
    'what/1,000': (relatives.length / words) * 1000,
    'words/sentence': words / sentences.length,
  };
  if (figures['you/1,000'] < limits.youPerThousand)
    fault(1, `"you" ${figures['you/1,000'].toFixed(1)} in 1,000 words`, `at least ${limits.youPerThousand}`);
  if (figures['what/1,000'] > limits.whatPerThousand) {
    for (const { at, text } of relatives) fault(at, 'a sentence that begins with a free relative', text);
  }
  if (figures['words/sentence'] >= limits.wordsASentence) {
    for (const { at, text } of sentences.filter((each) => wordsOf(each.text).length > 30))
      fault(at, 'a long sentence', text);
  }
  for (const { at, text } of [...sentences, ...cells.map((cell) => ({ ...cell, text: plain(cell.text) }))]) {
    for (const [pattern, instead] of banned) {
      const [found] = pattern.exec(text) ?? [];
      if (found) fault(at, `"${found.trim()}": ${instead}`, text);
    }
  }
  if (!reference.includes(path)) {
    for (const { at, text } of cells) {
      if (text.length > limits.cell) fault(at, `a cell of ${text.length} characters, at most ${limits.cell}`, text);
    }
    const most = path === 'README.md' ? limits.readmeLines : limits.lines;
    if (figures.lines > most) fault(most, `${figures.lines} lines, at most ${most}`, '');
  }
  return { figures, faults };
}

const named = process.argv.slice(2);
const pages = [
  'README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const results = (named.length > 0 ? named : pages).map(check);
for (const { faults } of results) for (const fault of faults) console.error(fault);
console.table(
  results.map(({ figures, faults }) =>
    Object.fromEntries([
      ...Object.entries(figures).map(([name, value]) => [
        name,
        typeof value === 'number' ? Math.round(value * 10) / 10 : value,
      ]),
      ['faults', faults.length],
    ]),
  ),
);
process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;
