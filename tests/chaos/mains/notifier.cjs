require('./run-until-checkpoint.cjs').runUntilCheckpoint('notifier')
