%% A million processes, each of which starts the next one and ends.
-module(spawn).
-export([main/0]).

link_(0, To) -> To ! 0;
link_(Left, To) -> spawn(fun() -> link_(Left - 1, To) end).

main() ->
    Count = 1000000,
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    spawn(fun() -> link_(Count, Self) end),
    receive N -> io:format("~p~n", [N + Count]) end,
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, Count]).
