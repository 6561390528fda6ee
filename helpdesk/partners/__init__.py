"""Partners: organisations we send requests to, such as a platform's trust team or another
helpdesk."""
