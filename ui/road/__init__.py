"""The road in the window: following drivers, sending rounds, alerts, the driver at hand, replay."""
