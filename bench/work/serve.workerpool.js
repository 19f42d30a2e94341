'use strict'

require('workerpool').worker({ work: require('./serve') })
