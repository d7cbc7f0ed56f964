import { startAutocomplete } from './autocomplete.js';
import { startInstantSearch } from './instantsearch.js';

/** Takes the place of that of either page. It ends with InstantSearch; Autocomplete goes on. */
window.start = (options) => {
  if (options.isAutocompleteFirst) startAutocomplete(options);
  window.stop = startInstantSearch(options);
  if (!options.isAutocompleteFirst) startAutocomplete(options);
};
