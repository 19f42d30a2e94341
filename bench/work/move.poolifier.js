'use strict'

const { ThreadWorker } = require('poolifier')

// It moves what goes in; what comes out it can only copy.
module.exports = new ThreadWorker(require('./echo'))
