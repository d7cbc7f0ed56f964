const aa = () => undefined;
export default aa;
