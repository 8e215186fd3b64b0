"""What people see and touch: all the Qt there is."""
