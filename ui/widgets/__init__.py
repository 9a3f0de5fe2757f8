"""Small widgets that several rooms use: nothing here knows a room."""
