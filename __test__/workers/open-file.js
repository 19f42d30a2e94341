'use strict'

const fs = require('node:fs')

/** Opens a file and leaves it open. */
exports.default = (file) => fs.openSync(file, 'r')
