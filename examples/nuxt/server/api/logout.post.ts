export default defineEventHandler(async (event) => {
  deleteCookie(event, 'account', kept);
  const visitor = await useVisitor(event);
  visitor.logout();
  visitor.applyTo(event.node.res);
  return sendRedirect(event, '/', 303);
});
