'use strict'

require('workerpool').worker({ work: require('./noop') })
