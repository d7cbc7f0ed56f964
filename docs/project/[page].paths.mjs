import { projectFiles, readProjectFile } from '../.vitepress/site-map.mjs';

export default {
  paths: () =>
    Object.entries(projectFiles).map(([page, file]) => ({ params: { page }, content: readProjectFile(file) })),
};
