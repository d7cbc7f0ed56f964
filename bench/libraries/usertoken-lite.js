import { createUserToken } from '../../src/lite/index.ts';

let user;
globalThis.bench = {
  start(endpoint) {
    user = createUserToken({ appId: 'bench', apiKey: 'key', consent: 'granted', host: endpoint });
  },
  track: (id) => user.clickedObjectIDs({ eventName: 'Clicked', index: 'products', objectIDs: [id] }),
  token: () => user.token,
};
