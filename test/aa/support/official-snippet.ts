/** The snippet of Algolia's documentation, as pages have it.
 * @see https://www.algolia.com/doc/libraries/search-insights
 * @param src The address of the script. @param pointer The name of the function. */
export const officialSnippet = (src: string, pointer = 'aa') => `
  var ALGOLIA_INSIGHTS_SRC = "${src}";

  !function(e,a,t,n,s,i,c){e.AlgoliaAnalyticsObject=s,e[s]=e[s]||function(){
  (e[s].queue=e[s].queue||[]).push(arguments)},e[s].version=(n.match(/@([^\\/]+)\\/?/) || [])[1],i=a.createElement(t),c=a.getElementsByTagName(t)[0],
  i.async=1,i.src=n,c.parentNode.insertBefore(i,c)
  }(window,document,"script",ALGOLIA_INSIGHTS_SRC,"${pointer}");
`;
