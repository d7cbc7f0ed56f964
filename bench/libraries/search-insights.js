import aa from 'search-insights';

globalThis.bench = {
  start(endpoint) {
    aa('init', { appId: 'bench', apiKey: 'key', host: endpoint, useCookie: true });
  },
  track: (id) => aa('clickedObjectIDs', { eventName: 'Clicked', index: 'products', objectIDs: [id] }),
  login: (id) => aa('setUserToken', id),
  token: () => new Promise((resolve) => aa('getUserToken', null, (_error, token) => resolve(token))),
};
