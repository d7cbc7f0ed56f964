// Whichever build the bundler puts in its place.
import { createUserToken } from 'usertoken';

let user;
globalThis.bench = {
  start(endpoint) {
    const relay = new URLSearchParams(location.search).get('relay');
    const to = relay ? { relay } : { apiKey: 'key', host: endpoint };
    user = createUserToken({ appId: 'bench', consent: 'granted', ...to });
  },
  track: (id) => user.clickedObjectIDs({ eventName: 'Clicked', index: 'products', objectIDs: [id] }),
  token: () => user.token,
  login: (id) => user.login(id),
  logout: () => user.logout(),
};
