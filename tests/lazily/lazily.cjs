/** A module that is loaded when something of it is used. */
module.exports = (load) =>
  new Proxy(
    {},
    { get: (_, key) => (key === "__esModule" ? true : key === "default" ? load() : load()[key]) },
  );
