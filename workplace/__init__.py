"""The pages of the day's work: lists, forms, search, calendar, reports. They show what all other apps hold."""
