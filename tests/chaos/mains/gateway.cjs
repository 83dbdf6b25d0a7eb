require('./run-until-checkpoint.cjs').runUntilCheckpoint('gateway')
