require('./run-until-checkpoint.cjs').runUntilCheckpoint('order-worker')
