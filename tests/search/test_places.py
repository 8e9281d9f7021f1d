"""地点 — how a place is written, and how far it is to another."""

import math

import pytest

from server.search.places import EARTH_METRES, Place, PlaceInvalid, parse_place

HERE = Place(latitude=32.785, longitude=119.46)


def test_a_place_is_read_as_latitude_and_longitude() -> None:
    assert parse_place("32.785,119.46") == HERE


@pytest.mark.parametrize("text", ["", "32.785", "1,2,3", "a,b", "nan,1", "1,inf", "85.1,0", "0,180.1"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(PlaceInvalid):
        parse_place(text)


def test_a_degree_to_the_north_is_a_360th_of_the_earth() -> None:
    assert HERE.metres_to(33.785, 119.46) == pytest.approx(2 * math.pi * EARTH_METRES / 360)


def test_a_box_holds_the_whole_circle() -> None:
    west, east, south, north = HERE.box(5_000)

    edges = [HERE.metres_to(HERE.latitude, west), HERE.metres_to(HERE.latitude, east)]
    edges += [HERE.metres_to(south, HERE.longitude), HERE.metres_to(north, HERE.longitude)]
    assert min(edges) >= 5_000
