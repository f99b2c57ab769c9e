"""When to tell the user: pure decisions over readings, levels, forecasts, ages and a key's end."""
