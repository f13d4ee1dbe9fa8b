"""What a user starts from and compares: a commented file, differences of two scenarios, lists."""
