// A site's own module that imports the client. Under test `search-insights` is the drop-in, as after a change of the import.
import aa from 'search-insights';

window.client = aa;
