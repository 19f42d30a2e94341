#!/usr/bin/env node
// @ts-check
'use strict'

const { main } = require('../lib/cli/main')

void main(process.argv.slice(2))
