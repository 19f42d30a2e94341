'use strict'

require('workerpool').worker({ work: require('./echo') })
