// @ts-check
'use strict'

/** The same tests in a realm of their own, in the same process: see `first.case.js`. */

jest.requireActual('./first.case.js')
