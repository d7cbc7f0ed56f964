// Whichever build the bundler puts in its place.
import { createUserToken } from 'usertoken';

let user;
globalThis.bench = {
  start(endpoint) {
    user = createUserToken({ appId: 'bench', apiKey: 'key', consent: 'granted', host: endpoint });
  },
  track: (id) => user.clickedObjectIDs({ eventName: 'Clicked', index: 'products', objectIDs: [id] }),
  token: () => user.token,
  login: (id) => user.login(id),
  logout: () => user.logout(),
};
