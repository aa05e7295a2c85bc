"""The client, asynchronous half."""
