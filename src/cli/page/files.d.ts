// The build puts files of the page into the command as texts.
declare module '*.html' {
  const text: string;
  export default text;
}
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*?bundle' {
  const text: string;
  export default text;
}
