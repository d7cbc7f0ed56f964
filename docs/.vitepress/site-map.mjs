// Which pages the site has, and where files of the repository are on it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entries } from '../../scripts/entries.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const groups = {
  Start: ['getting-started', 'options', 'from-search-insights', 'migrating', 'segment-gtm'],
  Concepts: ['identity', 'consent', 'tokens', 'delivery', 'page-exit', 'states'],
  Frameworks: ['react', 'vue', 'svelte', 'angular', 'angular-zone'],
  Servers: ['server', 'nextjs', 'nuxt', 'sveltekit', 'server-node', 'relay'],
  InstantSearch: ['instantsearch', 'instantsearch-consent', 'instantsearch-client', 'instantsearch-events'],
  'Other setups': ['lite', 'custom-ports'],
  'Test and inspect': [
    'testing',
    'testing-vitest',
    'testing-components',
    'testing-playwright',
    'collector',
    'devtools',
    'inspector',
    'troubleshooting',
    'known-limits',
  ],
  About: ['benchmarks', 'support', 'security', 'decisions'],
};

/** Pages of the site that are files outside of docs/, by their name there. */
export const projectFiles = Object.fromEntries(
  [
    ['changelog', 'CHANGELOG.md'],
    ['contributing', 'CONTRIBUTING.md'],
    ['security-policy', 'SECURITY.md'],
    ...folders('examples').map((name) => [`example-${name}`, `examples/${name}/README.md`]),
  ].filter(([, file]) => existsSync(join(root, file))),
);

function folders(path) {
  return existsSync(join(root, path)) ? readdirSync(join(root, path)).sort() : [];
}

/** A file of the repository, as text. */
export const readProjectFile = (file) => readFileSync(join(root, file), 'utf8');

/** The first heading of a page. */
function titleOf(file) {
  return /^# (.*)$/m.exec(readProjectFile(file))?.[1].replaceAll('`', '') ?? file;
}

/** Where a link of a file leads on the site.
 * @param {string} file From the repository's folder, such as `docs/react.md`.
 * @returns {string | undefined} Undefined when the site does not have it. */
export function linkOnSite(file, link) {
  const [path, anchor] = link.split('#');
  const target = posix.join(posix.dirname(file), path);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const [page] = Object.entries(projectFiles).find(([, each]) => each === target) ?? [];
  if (page) return `/project/${page}${hash}`;
  // In the repository the source has the docstrings, on the site the reference has them.
  const [entry] = Object.entries(entries).find(([, source]) => source === target) ?? [];
  if (entry) return `/api/usertoken${entry === 'index' ? '' : `-${entry.replace('/', '-')}`}${hash}`;
  if (target === 'README.md') return `/${hash}`;
  return target.startsWith('docs/') ? `/${target.slice('docs/'.length)}${hash}` : undefined;
}

/** The pages, grouped, for the menu at the side; a page that no group names is among the last. */
export function sidebar() {
  const names = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .map((name) => name.slice(0, -'.md'.length));
  const grouped = Object.values(groups).flat();
  const item = (name) => ({ text: titleOf(`docs/${name}.md`), link: `/${name}` });
  const guides = Object.entries(groups).map(([text, wanted]) => ({
    text,
    items: [...wanted.filter((name) => names.includes(name)), ...(text === 'About' ? others(names, grouped) : [])].map(
      item,
    ),
  }));
  const api = folders('docs/api').filter((name) => name !== 'index.md');
  return [
    ...guides,
    {
      text: 'API',
      items: api.map((name) => ({ text: titleOf(`docs/api/${name}`), link: `/api/${name.slice(0, -'.md'.length)}` })),
    },
    {
      text: 'Project',
      items: Object.entries(projectFiles).map(([name, file]) => ({ text: titleOf(file), link: `/project/${name}` })),
    },
  ];
}

const others = (names, grouped) => names.filter((name) => !grouped.includes(name));
