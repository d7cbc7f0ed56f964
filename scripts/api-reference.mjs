// Writes docs/api/, a page for each entry of the package, from the docstrings. The pages are not kept in the repository:
// `npm run docs` and `npm run docs:build` write them anew.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Application } from 'typedoc';
import { entries } from './entries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What an entry is imported as. */
const specifierOf = (entry) => (entry === 'index' ? 'usertoken' : `usertoken/${entry}`);

/** Writes the pages.
 * @param {string} folder Emptied first.
 * @throws Error when the source can't be read. */
export async function writeApiReference(folder = join(root, 'docs/api')) {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: Object.values(entries).map((source) => join(root, source)),
    tsconfig: join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: folder }],
    router: 'module',
    entryFileName: 'index',
    readme: 'none',
    name: 'API',
    pageTitleTemplates: { index: 'API', module: ({ name }) => name.replaceAll('-', '/') },
    kindSortOrder: ['Function', 'Variable', 'Class', 'Interface', 'TypeAlias', 'Reference'],
    groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases', 'References'],
    excludeInternal: true,
    excludePrivate: true,
    disableSources: true,
    githubPages: false,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    // A function and an interface of one name differ in case only, which slugs of headings do not.
    useHTMLAnchors: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideModifiers: true, hideInherited: true, hideSources: true },
    // `npm run types` looks for errors.
    skipErrorChecking: true,
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (!project) throw new Error('typedoc could not read the source');
  for (const module of project.children) {
    const entry = entryNamed(module.name);
    module.name = specifierOf(entry).replaceAll('/', '-');
  }
  await rm(folder, { recursive: true, force: true });
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('typedoc found errors in the docstrings');
}

/** The entry of a module that TypeDoc named after its path. */
function entryNamed(name) {
  return Object.keys(entries).find((entry) => entries[entry].replace(/(\/index)?\.ts$/, '') === name);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeApiReference();
