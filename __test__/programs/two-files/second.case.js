// @ts-check
'use strict'

/** The same again, after `first.case.js`: see there. */

require('./first.case.js')
