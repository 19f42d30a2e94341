'use strict'

const http = require('node:http')

/** Starts a server that answers with the path, and gives its port. */
exports.default = () =>
  new Promise((resolve) => {
    const server = http.createServer((request, response) => response.end(request.url))
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
