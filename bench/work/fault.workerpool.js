'use strict'

require('workerpool').worker({ work: require('./fault') })
